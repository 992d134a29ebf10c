using System.Buffers;
using System.Net.Sockets;

namespace Mas.Load;

/// <summary>
/// A connection that can be corked: what is written then waits, so that messages which are due at the same moment leave in one packet.
/// Otherwise the load processes would take too much of the processors from the target.
/// </summary>
internal sealed class CorkableStream(Socket socket) : Stream
{
    private readonly NetworkStream _inner = new(socket, ownsSocket: true);
    private readonly ArrayBufferWriter<byte> _held = new();
    private readonly Lock _lock = new();
    private bool _isCorked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Keeps what is written from now on.</summary>
    public void Cork()
    {
        lock (_lock)
            _isCorked = true;
    }

    /// <summary>Writes what was kept. The caller must not write meanwhile.</summary>
    public async ValueTask UncorkAsync(CancellationToken stop)
    {
        byte[] held;
        lock (_lock)
        {
            held = _held.WrittenSpan.ToArray();
            _held.ResetWrittenCount();
            _isCorked = false;
        }
        await _inner.WriteAsync(held, stop);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_isCorked)
            {
                _held.Write(buffer.Span);
                return ValueTask.CompletedTask;
            }
        }
        return _inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override void Flush()
    {
        // Only a corked stream keeps anything.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}
