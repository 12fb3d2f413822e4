package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;

/**
 * One provider asked for one model.
 *
 * @param provider who is asked
 * @param model under which name it knows the model
 * @param capabilities what the model can do there
 */
record Route(ChatProvider provider, String model, Capabilities capabilities) {

    String name() {
        return provider.name();
    }

    boolean isSameAs(Route other) {
        return provider == other.provider && model.equals(other.model);
    }
}
