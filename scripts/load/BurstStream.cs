using System.Buffers;
using System.Net.Sockets;

namespace Mas.Load;

/// <summary>
/// A connection that can hold back what is written to it, so that messages which are due at the same moment leave in one
/// packet, to whatever target. Else the load processes would spend on packets what the machine has for the target.
/// </summary>
internal sealed class BurstStream(Socket socket) : Stream
{
    private readonly NetworkStream _inner = new(socket, ownsSocket: true);
    private readonly ArrayBufferWriter<byte> _held = new();
    private readonly Lock _lock = new();
    private bool _holds;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>What is written from now on waits.</summary>
    public void Hold()
    {
        lock (_lock)
            _holds = true;
    }

    /// <summary>Writes what has waited. The caller writes nothing meanwhile.</summary>
    public async ValueTask ReleaseAsync(CancellationToken stop)
    {
        byte[] held;
        lock (_lock)
        {
            held = _held.WrittenSpan.ToArray();
            _held.ResetWrittenCount();
            _holds = false;
        }
        await _inner.WriteAsync(held, stop);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_holds)
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
        // Nothing waits here that is not held.
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
