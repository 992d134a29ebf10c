Console.WriteLine("Mas.IrcBackend");
