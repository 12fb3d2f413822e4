package dev.understudy.provider.error;

import java.util.List;

/**
 * Parts of an error that come from the vendor and not from the request.
 *
 * @param quoted {@link ErrorBody#evidence()}, compared with the request
 * @param message {@link ErrorBody#message()} with an ellipsis in place of text of the request
 * @param codes the vendor's codes, the most specific first
 */
record Evidence(ComparedText quoted, String message, List<String> codes) {

    static Evidence of(ErrorBody error, CallerText caller) {
        return new Evidence(caller.compared(error.evidence()), caller.withoutQuotes(error.message()), error.codes());
    }

    /** Returns {@link ErrorBody#evidence()} in equal length, with text of the request hidden. */
    String words() {
        return quoted.words();
    }
}
