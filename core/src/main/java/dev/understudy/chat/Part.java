package dev.understudy.chat;

/** A piece of what a user says. */
public sealed interface Part {

    record Words(String text) implements Part {}

    record Picture(Image image) implements Part {}
}
