package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;

/**
 * One provider asked for one model.
 *
 * @param member who is asked
 * @param model under which name it knows the model
 * @param capabilities what the model can do there
 */
record Route(Member member, String model, Capabilities capabilities) {

    String name() {
        return member.name();
    }

    ChatProvider provider() {
        return member.provider();
    }

    CircuitBreaker circuit() {
        return member.circuit(model);
    }

    boolean isSameAs(Route other) {
        return member == other.member && model.equals(other.model);
    }

    /** Whether a caller means it with "provider" or "provider/model". */
    boolean isMeantBy(String words) {
        String name = name();
        return words.equals(name)
                || (words.length() == name.length() + 1 + model.length()
                        && words.startsWith(name)
                        && words.charAt(name.length()) == '/'
                        && words.endsWith(model));
    }
}
