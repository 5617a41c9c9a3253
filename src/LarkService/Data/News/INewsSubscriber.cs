namespace LarkService.Data.News;

/// <summary>Hears what any replica has changed, as soon as it is committed (PostgreSQL). Nothing here may take long or throw.</summary>
internal interface INewsSubscriber
{
    /// <summary>Name of the channel, in lower case, as <c>pg_notify</c> is called with it.</summary>
    string Channel { get; }

    void Heard(string payload);

    /// <summary>For a while nothing could be heard: anything may have changed.</summary>
    void MissedSome();

    /// <summary>From now on news are heard, for the first time or again.</summary>
    void Listening()
    {
    }
}
