package dev.understudy.gateway.responses;

import dev.understudy.gateway.protocol.AnswerHead;

/** Ids of the items of one answer. An answer that is written again has the same ids. Not thread-safe. */
final class ItemIds {

    private final String answer;
    private int count;

    ItemIds(AnswerHead head) {
        this.answer = head.id();
    }

    /** @param prefix kind of the item */
    String next(String prefix) {
        return prefix + answer + String.format("%04x", count++);
    }
}
