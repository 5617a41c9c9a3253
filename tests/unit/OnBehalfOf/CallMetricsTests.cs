using LarkService.OnBehalfOf;
using LarkService.Platform.Registry;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf;

public sealed class CallMetricsTests : IDisposable
{
    private readonly CountedMeters _meters = new();

    [Fact]
    public void There_are_no_more_labels_than_apis_however_callers_name_their_paths()
    {
        var (metrics, apis) = (new CallMetrics(_meters), ApiRegistry.Load());
        foreach (var path in (string[])["/open-apis/aily/v1/sessions/session_4g3kx1/runs/run_77?page_size=20", "/open-apis/aily/v1/sessions/mine/runs/yours"])
        {
            metrics.Called(apis.Find("GET", path), CallOutcomes.Ok, TimeSpan.FromSeconds(0.5));
        }

        for (var i = 0; i < 100; i++)
        {
            metrics.Called(apis.Find("GET", $"/open-apis/{new string((char)('a' + (i % 26)), i + 1)}/v1/things"), CallOutcomes.Refused, TimeSpan.Zero);
        }

        Assert.Equal(2, _meters.Sum("lark_service.api.calls", ("api", "GET /open-apis/aily/v1/sessions/:aily_session_id/runs/:run_id"), ("outcome", "ok")));
        Assert.Equal(100, _meters.Sum("lark_service.api.calls", ("api", "other")));
        Assert.Equal(102, _meters.Sum("lark_service.api.calls"));
        Assert.Equal(1, _meters.Sum("lark_service.api.call_duration"));
    }

    public void Dispose() => _meters.Dispose();
}
