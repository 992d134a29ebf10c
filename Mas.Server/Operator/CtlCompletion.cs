using System.CommandLine;

namespace Mas.Server.Operator;

/// <summary>Completion in shells: a shell asks <c>masctl [suggest] WORD…</c> what the last word may become.</summary>
internal static class CtlCompletion
{
    internal const string Request = "[suggest]";

    private const string Bash = """
        # masctl completion bash; to use it in this shell: source <(masctl completion bash)
        _masctl() {
          local found
          found=$("${COMP_WORDS[0]}" '[suggest]' "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
          COMPREPLY=($(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _masctl masctl
        """;

    private const string Zsh = """
        #compdef masctl
        # masctl completion zsh; to use it in this shell: source <(masctl completion zsh)
        _masctl() {
          local -a found
          found=(${(f)"$("${words[1]}" '[suggest]' "${(@)words[2,CURRENT]}" 2>/dev/null)"})
          if (( $#found )); then compadd -a found; else _files; fi
        }
        compdef _masctl masctl
        """;

    internal static Command Build()
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell.", HelpName = "bash|zsh" };
        shell.AcceptOnlyFromAmong("bash", "zsh");
        var command = new Command("completion", "Prints what a shell needs to complete masctl's commands and options. For bash: source <(masctl completion bash).") { shell };
        command.SetAction(result => Terminal.Output.Profile.Out.Writer.WriteLine(result.GetValue(shell) == "zsh" ? Zsh : Bash));
        return command;
    }

    /// <summary>Prints what the last word may become, a line each.</summary>
    internal static int Print(Command root, string[] typed)
    {
        var line = string.Join(' ', typed);
        foreach (var item in root.Parse(line).GetCompletions(line.Length))
            Terminal.Output.Profile.Out.Writer.WriteLine(item.InsertText ?? item.Label);
        return CtlExitCode.Done;
    }
}
