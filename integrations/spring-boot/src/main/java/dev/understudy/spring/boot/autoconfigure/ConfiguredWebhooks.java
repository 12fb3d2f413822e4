package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.ops.webhook.Webhooks;
import java.util.List;

/** The webhooks of the configuration, which receive the events of all agents until the application is closed. */
final class ConfiguredWebhooks implements Listener, AutoCloseable {

    private final List<Webhooks> started;

    ConfiguredWebhooks(List<Webhooks.Options> options) {
        this.started = options.stream().map(Webhooks::start).toList();
    }

    @Override
    public void on(Event event) {
        started.forEach(each -> each.on(event));
    }

    @Override
    public void close() {
        started.forEach(Webhooks::close);
    }
}
