using System.Net;
using System.Net.Sockets;

namespace Mas.Tests.Harness;

/// <summary>Finds TCP ports of the loopback interface that nobody listens on.</summary>
public static class FreePort
{
    // Below Linux's range for outgoing connections (32768 and up), so that no client socket takes the port
    // between the moment it is found and the moment it is bound.
    private const int First = 20000;
    private const int Last = 32000;

    private static int _last = Random.Shared.Next(First, Last);

    /// <summary>
    /// A port that was free when asked, and that this process was not given before for a long while: what is started on it takes a
    /// moment to bind it.
    /// </summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % (Last - First));
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one is as good.
            }
        }
    }
}
