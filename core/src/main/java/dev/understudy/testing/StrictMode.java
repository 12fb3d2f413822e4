package dev.understudy.testing;

import dev.understudy.testing.strict.SentBlocks;
import dev.understudy.testing.strict.StrictRule;
import dev.understudy.testing.strict.StrictVendor;
import org.jspecify.annotations.Nullable;

/** Refuses requests by the rules of their vendor, once it is turned on. Thread-safe. */
final class StrictMode {

    private final SentBlocks sent = new SentBlocks();

    /** Vendor of Chat Completions; {@code null} while the mode is off. */
    private volatile @Nullable StrictVendor chat;

    void turnOn(StrictVendor chat) {
        this.chat = chat;
    }

    /** Returns the refusal of a request; {@code null} for one that its vendor accepts. */
    @Nullable
    ScriptedReply refusal(RecordedRequest asked, WireFormat wireFormat) {
        StrictVendor ofChat = chat;
        if (ofChat == null) {
            return null;
        }
        StrictVendor vendor = WireFormats.vendor(wireFormat, asked.path(), ofChat);
        StrictRule.Refusal refusal = vendor.refusal(asked.text(), sent);
        if (refusal == null) {
            return null;
        }
        asked.refuse(refusal.rule());
        return vendor == StrictVendor.MISTRAL
                ? ScriptedReply.raw(refusal.status(), "application/json", mistral(refusal))
                : ScriptedReply.refused(refusal.status(), refusal.type(), refusal.code(), refusal.message());
    }

    private static String mistral(StrictRule.Refusal refusal) {
        return refusal.message().startsWith("{")
                ? refusal.message()
                : "{\"object\":\"error\",\"message\":" + WireFormat.quote(refusal.message()) + ",\"type\":"
                        + WireFormat.quote(refusal.type()) + ",\"param\":null,\"code\":"
                        + WireFormat.quote(refusal.code()) + "}";
    }

    /** Remembers an answer, whose signatures are valid from now on. */
    void sent(ScriptedReply reply) {
        if (chat != null && reply.spec.body() instanceof ReplyBody.Content content) {
            sent.add(content.answer().blocks());
        }
    }
}
