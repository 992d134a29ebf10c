using Mas.Core.Model;

namespace Mas.Server.Accounts;

/// <summary>Hashes off the request's thread and at most one a core at a time: a hash is meant to be slow.</summary>
internal sealed class PasswordHasher(AccountOptions options) : IDisposable
{
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly StoredPassword _nobodys = Passwords.Hash("nobody's password", options.PasswordRounds);

    internal Task<StoredPassword> HashAsync(string password) => RunAsync(() => Passwords.Hash(password, options.PasswordRounds));

    /// <summary>Takes as long for a user who is not there (<paramref name="stored"/> null) as for one who is.</summary>
    internal async Task<bool> VerifyAsync(string password, StoredPassword? stored) =>
        await RunAsync(() => Passwords.Verify(password, stored ?? _nobodys)) && stored is not null;

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
