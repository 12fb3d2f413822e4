package dev.understudy.pool;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ResumeToken;
import dev.understudy.guard.CircuitBreaker;

/**
 * One provider asked for one model.
 *
 * @param pooledProvider who is asked
 * @param model under which name it knows the model
 * @param capabilities what the model can do there
 */
public record Route(PooledProvider pooledProvider, String model, Capabilities capabilities) {

    public String name() {
        return pooledProvider.name();
    }

    public ChatProvider provider() {
        return pooledProvider.provider();
    }

    public CircuitBreaker circuit() {
        return pooledProvider.circuit(model);
    }

    public boolean isSameAs(Route other) {
        return pooledProvider == other.pooledProvider && model.equals(other.model);
    }

    /** Whether the answer that is to be told again was given here. */
    public boolean began(ResumeToken answer) {
        return answer.provider().equals(name()) && answer.model().equals(model);
    }

    /** Whether a caller means it with "provider" or "provider/model". */
    public boolean isMeantBy(String words) {
        String name = name();
        return words.equals(name)
                || (words.length() == name.length() + 1 + model.length()
                        && words.startsWith(name)
                        && words.charAt(name.length()) == '/'
                        && words.endsWith(model));
    }
}
