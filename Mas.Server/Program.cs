Console.WriteLine("Mas.Server");
