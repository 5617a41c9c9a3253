namespace LarkSandbox.OAuth;

/// <summary>Where a device flow stands.</summary>
internal enum DeviceFlowState
{
    Pending,
    Allowed,
    Refused,
    Spent,
}
