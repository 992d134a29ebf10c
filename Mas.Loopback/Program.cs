Console.WriteLine("Mas.Loopback");
