using System.Reflection;
using System.Text.Json.Serialization;
using Mas.Core.Protocol;
using Mas.Loopback;
using Mas.Loopback.Commands;
using Microsoft.Extensions.DependencyInjection;

namespace Mas.Tests.Loopback;

/// <summary>Which command handles which request.</summary>
public sealed class CommandTests
{
    [Fact]
    public void EveryTypeOfRequest_ButSend_HasOneCommand()
    {
        var handled = new ServiceCollection().AddCommands()
            .Where(service => service.ServiceType == typeof(ICommand))
            .Select(service => service.ImplementationType!.BaseType!.GetGenericArguments().Single());

        var requests = typeof(BackendMessage).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(attribute => attribute.DerivedType);
        Assert.Equal(requests.Where(type => type != typeof(PostMessage)).OrderBy(type => type.Name), handled.OrderBy(type => type.Name));
    }
}
