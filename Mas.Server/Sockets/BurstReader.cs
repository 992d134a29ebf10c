using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Mas.Server.Sockets;

/// <summary>
/// The stream of an upgraded connection, which reads all that has arrived at once. A WebSocket reads a frame's header and then the rest,
/// each through all of Kestrel's layers, while busy clients send many frames in one packet. While idle, it holds no buffer.
/// </summary>
internal sealed class BurstReader(Stream inner) : Stream
{
    private const int BufferBytes = 4096;

    private byte[]? _buffer;
    private int _at;
    private int _end;

    /// <summary>Whether it holds bytes that nobody has read yet.</summary>
    internal bool HoldsBuffer => _buffer is not null;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Reads. An empty buffer waits until bytes arrive, as with every stream.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_buffer is not null)
            return ValueTask.FromResult(Take(buffer.Span));
        return buffer.Length is 0 or >= BufferBytes ? inner.ReadAsync(buffer, cancellationToken) : ReadMoreAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => _buffer is null ? inner.Read(buffer, offset, count) : Take(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // The buffer is not returned to the pool here: a read may be running.
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadMoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Not returned when the read fails: a cancelled read may still write into it.
        var more = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var length = await inner.ReadAsync(more.AsMemory(0, BufferBytes), cancellationToken);
        (_buffer, _at, _end) = (more, 0, length);
        return Take(buffer.Span);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _at);
        _buffer.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        if (_at == _end)
        {
            ArrayPool<byte>.Shared.Return(_buffer!);
            _buffer = null;
        }
        return count;
    }
}

/// <summary>Wraps upgraded connections in a <see cref="BurstReader"/>.</summary>
internal sealed class BurstUpgrade(IHttpUpgradeFeature inner) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync() => new BurstReader(await inner.UpgradeAsync());
}
