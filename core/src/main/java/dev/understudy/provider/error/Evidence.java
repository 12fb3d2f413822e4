package dev.understudy.provider.error;

import java.util.List;

/**
 * Parts of an error that come from the vendor and not from the request.
 *
 * @param words {@link ErrorBody#evidence()} in equal length, with text of the request hidden
 * @param message {@link ErrorBody#message()} with an ellipsis in place of text of the request
 * @param codes the vendor's codes, the most specific first
 */
record Evidence(String words, String message, List<String> codes) {

    static Evidence of(ErrorBody error, CallerText caller) {
        return new Evidence(caller.masked(error.evidence()), caller.withoutQuotes(error.message()), error.codes());
    }
}
