package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ResumeToken;

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

    /** Whether the answer that is to be told again was given here. */
    boolean began(ResumeToken answer) {
        return answer.provider().equals(name()) && answer.model().equals(model);
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
