package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Trouble;
import java.util.List;

/** What the body of a reply is made of. */
sealed interface ReplyBody {

    /** An answer, in the form in which it is asked for. */
    record Said(Answer answer) implements ReplyBody {}

    /** An HTTP error, in the form of the vendor who is asked. */
    record Refused(Trouble trouble) implements ReplyBody {}

    /** Bytes as they are. */
    record Raw(String contentType, List<byte[]> pieces) implements ReplyBody {}
}
