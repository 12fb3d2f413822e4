package dev.understudy.provider.error;

import java.util.List;

/**
 * What of an error counts as the vendor's own.
 *
 * @param words {@link ErrorBody#evidence()} with equal length, in which text of the request is hidden
 * @param codes the vendor's codes, the most telling first
 */
record Evidence(String words, List<String> codes) {

    static Evidence of(ErrorBody error, CallerText caller) {
        return new Evidence(caller.masked(error.evidence()), error.codes());
    }
}
