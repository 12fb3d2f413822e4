package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Form;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link ScriptedReply}, independent of the wire format that sends it. */
record ReplySpec(
        int status,
        Map<String, String> headers,
        ReplyBody body,
        Delays delays,
        Form form,
        @Nullable Fault fault) {

    ReplySpec {
        if (status < 200 || status > 999) {
            throw new IllegalArgumentException("An answer's status has three digits, 200 or more: " + status);
        }
    }

    ReplySpec withHeaders(Map<String, String> headers) {
        return new ReplySpec(status, headers, body, delays, form, fault);
    }

    ReplySpec withBody(ReplyBody body) {
        return new ReplySpec(status, headers, body, delays, form, fault);
    }

    ReplySpec withDelays(Delays delays) {
        return new ReplySpec(status, headers, body, delays, form, fault);
    }

    ReplySpec withForm(Form form) {
        return new ReplySpec(status, headers, body, delays, form, fault);
    }

    ReplySpec withFault(@Nullable Fault fault) {
        return new ReplySpec(status, headers, body, delays, form, fault);
    }
}
