package dev.understudy.gateway.reliability;

import java.time.Duration;
import java.util.List;

/** A server without TLS at an https address. */
record PlainBehindTls(RawUpstream server) implements Upstream {

    @Override
    public String url() {
        return server.url().replace("http:", "https:");
    }

    @Override
    public List<Duration> calls() {
        return server.calls();
    }

    @Override
    public int cancelled() {
        return server.cancelled();
    }

    @Override
    public void close() {
        server.close();
    }
}
