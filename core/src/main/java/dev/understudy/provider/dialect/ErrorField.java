package dev.understudy.provider.dialect;

import dev.understudy.provider.json.JsonReader;

/** Field {@code error} of an answer or an event, which some servers send with every answer. */
public final class ErrorField {

    private ErrorField() {}

    /** Returns true if the current value reports an error: it is not null, false, blank or empty. */
    public static boolean isSet(JsonReader in) {
        boolean any = false;
        if (in.object()) { // skipped, not read: a value beyond the limits of numbers is an error too
            while (in.nextField()) {
                any = true;
                in.skip();
            }
            return any;
        }
        if (in.array()) {
            while (in.nextElement()) {
                any = true;
                in.skip();
            }
            return any;
        }
        String text = in.string("");
        return !text.isBlank() && !text.equals("false");
    }
}
