/** Streams that survive: resuming, buffering and writing server-sent events. */
module dev.understudy.streaming {
    requires transitive dev.understudy.core;
    requires tools.jackson.core;

    exports dev.understudy.streaming;
    exports dev.understudy.streaming.kept;
}
