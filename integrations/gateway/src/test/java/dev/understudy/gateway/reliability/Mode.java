package dev.understudy.gateway.reliability;

/** Form of a call. */
enum Mode {
    CHAT,
    STREAM;

    String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
