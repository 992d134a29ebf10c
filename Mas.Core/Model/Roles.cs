namespace Mas.Core.Model;

/// <summary>Roles in <c>conversationmembers:&lt;conversationId&gt;</c>.</summary>
public static class Roles
{
    /// <summary>The owner of a MAS group.</summary>
    public const string Owner = "*";

    /// <summary>An operator.</summary>
    public const string Operator = "@";

    /// <summary>Somebody with voice.</summary>
    public const string Voice = "+";

    /// <summary>A plain member.</summary>
    public const string User = "u";

    /// <summary>A member of a MAS 1on1 who has closed the window; never sent to clients.</summary>
    public const string Detached = "d";

    /// <summary>Whether the role may change topics' passwords and roles, and kick.</summary>
    public static bool MayModerate(string? role) => role is Owner or Operator;
}
