package dev.understudy.provider.error;

import java.util.List;

/**
 * Parts of an error that come from the vendor and not from the request.
 *
 * @param words {@link ErrorBody#evidence()} in equal length, with text of the request hidden
 * @param codes the vendor's codes, the most specific first
 */
record Evidence(String words, List<String> codes) {

    static Evidence of(ErrorBody error, CallerText caller) {
        return new Evidence(caller.masked(error.evidence()), error.codes());
    }
}
