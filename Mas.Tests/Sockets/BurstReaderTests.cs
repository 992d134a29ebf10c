using System.Text;
using Mas.Server.Sockets;

namespace Mas.Tests.Sockets;

/// <summary>What a WebSocket relies on when it reads a connection through a <see cref="BurstReader"/>.</summary>
public sealed class BurstReaderTests
{
    [Fact]
    public async Task Read_OfAPartOfWhatHasCome_LeavesTheRestForTheNext()
    {
        var inner = new Scripted("abcdef", "gh");
        using var reader = new BurstReader(inner);

        Assert.Equal(["ab", "cdef", "gh", ""], [await ReadAsync(reader, 2), await ReadAsync(reader, 10), await ReadAsync(reader, 10), await ReadAsync(reader, 10)]);
        // The rest of the first burst cost no question.
        Assert.Equal(3, inner.Reads);
    }

    [Fact]
    public async Task Read_OfNothing_WaitsOnlyWhenNothingIsLeft()
    {
        var inner = new Scripted("abc");
        using var reader = new BurstReader(inner);

        Assert.Equal(0, await reader.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(1, inner.EmptyReads);
        Assert.Equal("a", await ReadAsync(reader, 1));
        Assert.Equal(0, await reader.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(1, inner.EmptyReads);
        Assert.Equal("bc", await ReadAsync(reader, 10));
    }

    [Fact]
    public async Task Buffer_WhenAllOfABurstIsRead_IsGivenBack()
    {
        using var reader = new BurstReader(new Scripted("abc"));

        Assert.Equal("ab", await ReadAsync(reader, 2));
        Assert.True(reader.HoldsBuffer);
        Assert.Equal("c", await ReadAsync(reader, 2));
        Assert.False(reader.HoldsBuffer);
    }

    [Fact]
    public async Task Read_IntoALargeBuffer_IsNotCopied()
    {
        using var reader = new BurstReader(new Scripted(new string('x', 6000)));

        Assert.Equal(6000, (await ReadAsync(reader, 8000)).Length);
        Assert.False(reader.HoldsBuffer);
    }

    [Fact]
    public async Task Read_ThatFails_IsTheCallersToKnow()
    {
        using var reader = new BurstReader(new Scripted());

        await Assert.ThrowsAsync<IOException>(() => ReadAsync(reader, 2));
        Assert.False(reader.HoldsBuffer);
    }

    private static async Task<string> ReadAsync(BurstReader reader, int most)
    {
        var buffer = new byte[most];
        return Encoding.ASCII.GetString(buffer, 0, await reader.ReadAsync(buffer.AsMemory()));
    }

    /// <summary>Gives one burst a read and then the end; without any, it is broken.</summary>
    private sealed class Scripted(params string[] bursts) : MemoryStream
    {
        private readonly Queue<string> _bursts = new(bursts);

        public int Reads { get; private set; }

        public int EmptyReads { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (bursts.Length == 0)
                throw new IOException("The connection is broken.");
            if (buffer.IsEmpty)
            {
                EmptyReads++;
                return 0;
            }
            Reads++;
            return _bursts.TryDequeue(out var burst) ? Encoding.ASCII.GetBytes(burst, buffer.Span) : 0;
        }
    }
}
