/** Understudy: a reactive client that keeps LLM calls alive by retry, failover and trimming. */
@SuppressWarnings("module") // operations depend on this module, so they are not there yet when it is compiled
module dev.understudy.core {
    requires transitive org.jspecify;
    requires transitive org.reactivestreams;
    requires transitive reactor.core;
    requires reactor.extra;
    requires transitive reactor.netty.core;
    requires transitive reactor.netty.http;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.codec.http2;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.handler.proxy;
    requires io.netty.resolver;
    requires io.netty.transport;
    requires io.netty.transport.unix.common;
    requires tools.jackson.core;
    requires tools.jackson.databind;

    exports dev.understudy;
    exports dev.understudy.chat;
    exports dev.understudy.event;
    exports dev.understudy.policy;
    exports dev.understudy.provider;
    exports dev.understudy.provider.endpoint;
    exports dev.understudy.shared;
    exports dev.understudy.testing;

    // Not API: streams that are continued are one call.
    exports dev.understudy.call to
            dev.understudy.streaming;
    // Not API: parts that adapters of other libraries share.
    exports dev.understudy.adapter to
            dev.understudy.langchain4j,
            dev.understudy.springai;
    // Not API: the loop of attempts is one operator.
    exports dev.understudy.operator to
            dev.understudy.streaming;
    // Not API: kept streams are written with the JSON of the providers.
    exports dev.understudy.provider.json to
            dev.understudy.streaming;
    // Not API: webhooks read Retry-After with the parser of the providers.
    exports dev.understudy.provider.error to
            dev.understudy.ops;
}
