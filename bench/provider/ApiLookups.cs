using BenchmarkDotNet.Attributes;
using LarkService.Platform.Registry;

namespace LarkService.Bench;

/// <summary>Which API is it? Asked with every call that goes through the proxy.</summary>
public class ApiLookups
{
    private ApiRegistry _apis = null!;

    [GlobalSetup]
    public void SetUp() => _apis = ApiRegistry.Load();

    [Benchmark]
    public object? ShortPath() => _apis.Find("GET", "/open-apis/im/v1/messages/om_dc13264520392913993dd051dba21dcf");

    [Benchmark]
    public object? LongPath() => _apis.Find("GET", "/open-apis/bitable/v1/apps/appbcbWCzen6D8dezhoCH2RpMAh/tables/tblsRc9GRRXKqhvW/records/recqwIwhc6?user_id_type=open_id");

    [Benchmark]
    public object? Unknown() => _apis.Find("GET", "/open-apis/bitable/v1/apps/appbcbWCzen6D8dezhoCH2RpMAh/nothing/here");
}
