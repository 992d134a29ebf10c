using System.Text.Json;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Requests;

/// <summary>SET and ACKALERT.</summary>
internal sealed class SettingRequests(Settings settings, Alerts alerts, Outboxes outboxes, LimitsOptions limits)
{
    private const int MaxName = 50;

    internal async Task<Ack?> SetAsync(RequestContext request)
    {
        if (!request.Read.Root.TryGetProperty("settings", out var value))
            return new Ack(Status.ParameterMissing, "'settings' is missing.");
        if (value.ValueKind != JsonValueKind.Object)
            return new Ack(Status.ParameterInvalid, "'settings' must be an object.");
        var changes = new Dictionary<string, string>();
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name.Length is 0 or > MaxName || property.Name.Any(char.IsControl))
                return new Ack(Status.ParameterInvalid, $"A setting's name has 1 to {MaxName} characters.");
            var reader = new RequestReader(value);
            var text = property.Value.ValueKind switch
            {
                JsonValueKind.String => reader.OptionalText(property.Name, limits.SettingChars),
                JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => property.Value.GetRawText(),
                _ => reader.Fail<string>(property.Name),
            };
            if (reader.Problem is { } problem)
                return problem;
            changes[property.Name] = text!;
        }
        return changes.Count == 0 ? Ack.Ok : await SetAsync(request.Session.User, changes);
    }

    /// <summary><c>/away</c>: kept as the setting <c>away</c>, empty when the user is back.</summary>
    internal Task<Ack> SetAwayAsync(UserId user, string text) =>
        SetAsync(user, new Dictionary<string, string> { ["away"] = text.Length > limits.SettingChars ? text[..limits.SettingChars] : text });

    internal async Task<Ack?> AckAlertAsync(RequestContext request)
    {
        var id = request.Read.Number("alertId", 1, long.MaxValue);
        if (request.Read.Problem is { } problem)
            return problem;
        var wasOpen = await alerts.AcknowledgeAsync(request.Session.User, id);
        // Sent in any case: the request may be a repetition because the first notification failed.
        await outboxes.SendToUserAsync(request.Session.User, Notifications.DeleteAlert(id));
        return wasOpen ? Ack.Ok : new Ack(Status.NotFound, "There is no such alert.");
    }

    private async Task<Ack> SetAsync(UserId user, Dictionary<string, string> changes)
    {
        if (await settings.CountAsync(user) + changes.Count > limits.SettingsPerUser
            && (await settings.GetAsync(user)).Keys.Union(changes.Keys).Count() > limits.SettingsPerUser)
            return new Ack(Status.TooLarge, $"You may have at most {limits.SettingsPerUser} settings.");
        await settings.SetAsync(user, changes);
        await outboxes.SendToUserAsync(user, Notifications.UpdateSettings(changes));
        return Ack.Ok;
    }
}
