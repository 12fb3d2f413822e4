package dev.understudy.provider;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import java.util.List;

/** The body of a request, encoded once in a call for each dialect and model, however many providers are asked. */
final class Encoded {

    private Encoded() {}

    /** Equal when the bytes are: the messages are the very same list, whatever copy of the request carries them. */
    private record Key(Object encoding, String model, boolean stream, Same messages) {}

    private record Same(List<Message> list) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Same same && same.list == list;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(list);
        }
    }

    static byte[] of(Dialect dialect, ChatRequest request, boolean stream, CallScope scope) {
        Key key = new Key(dialect.encoding(), request.model(), stream, new Same(request.messages()));
        return scope.once(key, byte[].class, () -> dialect.encode(request, stream));
    }
}
