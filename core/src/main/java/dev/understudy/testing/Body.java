package dev.understudy.testing;

import dev.understudy.testing.Speech.Trouble;
import java.util.List;

/** What the body of a reply is made of. */
sealed interface Body {

    /** An answer, in the form in which it is asked for. */
    record Said(Answer answer) implements Body {}

    /** An HTTP error, in the form of the vendor who is asked. */
    record Refused(Trouble trouble) implements Body {}

    /** Bytes as they are. */
    record Raw(String contentType, List<byte[]> pieces) implements Body {}
}
