/** Operations: configuration, agents, metrics, observations, logs, admin routes and webhooks. */
module dev.understudy.ops {
    requires transitive dev.understudy.core;
    requires transitive dev.understudy.streaming;
    requires static transitive micrometer.core;
    requires static transitive micrometer.observation;
    requires static micrometer.commons;
    requires java.logging;
    requires static org.slf4j;
    requires static tools.jackson.dataformat.yaml;
    requires transitive reactor.netty.http;
    requires reactor.netty.core;
    requires io.netty.buffer;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires tools.jackson.core;
    requires tools.jackson.databind;

    exports dev.understudy.ops.admin;
    exports dev.understudy.ops.agent;
    exports dev.understudy.ops.log;
    exports dev.understudy.ops.metrics;
    exports dev.understudy.ops.webhook;
}
