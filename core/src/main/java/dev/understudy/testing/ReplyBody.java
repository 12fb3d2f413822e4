package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Trouble;
import java.util.List;

/** Content of the body of a reply. */
sealed interface ReplyBody {

    /** An answer, in the format of the request. */
    record Content(Answer answer) implements ReplyBody {}

    /** An HTTP error, in the format of the request. */
    record Refused(Trouble trouble) implements ReplyBody {}

    /** Bytes that are sent unchanged. */
    record Raw(String contentType, List<byte[]> pieces) implements ReplyBody {}
}
