using Mas.Core.Model;

namespace Mas.Server.Accounts;

/// <summary>Hashes passwords on other threads, one per core at a time, since each hash is slow on purpose.</summary>
internal sealed class PasswordHasher(AccountOptions options) : IDisposable
{
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly StoredPassword _dummy = Passwords.Hash("nobody's password", options.PasswordRounds);

    internal Task<StoredPassword> HashAsync(string password) => RunAsync(() => Passwords.Hash(password, options.PasswordRounds));

    /// <summary>Takes as long for an unknown user (<paramref name="stored"/> is null) as for a known one.</summary>
    internal async Task<bool> VerifyAsync(string password, StoredPassword? stored) =>
        await RunAsync(() => Passwords.Verify(password, stored ?? _dummy)) && stored is not null;

    public void Dispose() => _cores.Dispose();

    private async Task<T> RunAsync<T>(Func<T> hash)
    {
        await _cores.WaitAsync();
        try
        {
            return await Task.Run(hash);
        }
        finally
        {
            _cores.Release();
        }
    }
}
