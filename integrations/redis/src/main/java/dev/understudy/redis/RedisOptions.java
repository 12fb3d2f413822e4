package dev.understudy.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Address of a Redis or Valkey, and limits of the connections to it.
 *
 * @param uri a single server {@code redis://user:password@host:6379/0}, Sentinel
 *     {@code redis-sentinel://:password@host1:26379,host2:26379/0#primary}, or a cluster
 *     {@code redis-cluster://user:password@host1:6379,host2:6379}; with TLS {@code rediss://}, {@code rediss-sentinel://} and
 *     {@code rediss-cluster://}. User and password are those of an ACL; characters that a URI reserves are percent-encoded
 * @param trust file with the certificates (PEM) of the authorities that the server's certificate may come from; {@code null}
 *     for those of the JVM. Used with TLS only
 * @param connectTimeout time to open a connection, TLS included; 2 seconds by default
 * @param commandTimeout time for the answer to a command; 1 second by default. A connection that does not answer for so long
 *     is replaced
 * @param minBackoff least upper bound of the random delay before the next attempt to connect; 100 milliseconds by default
 * @param maxBackoff greatest upper bound of that delay, which doubles with each failed attempt; 2 seconds by default
 */
public record RedisOptions(
        String uri,
        @Nullable Path trust,
        Duration connectTimeout,
        Duration commandTimeout,
        Duration minBackoff,
        Duration maxBackoff) {

    /** Up to the last '@': a password with characters that are not encoded is not shown either. */
    private static final Pattern USER_INFO = Pattern.compile("//.*@", Pattern.DOTALL);

    /**
     * Checks the values.
     *
     * @param uri address of the server, of Sentinel, or of a cluster
     * @param trust file with the trusted certificates, {@code null} for those of the JVM
     * @param connectTimeout time to open a connection
     * @param commandTimeout time for the answer to a command
     * @param minBackoff least upper bound of the delay before the next attempt to connect
     * @param maxBackoff greatest upper bound of that delay
     * @throws IllegalArgumentException if a duration is not positive, or the bounds are in the wrong order
     */
    public RedisOptions {
        Objects.requireNonNull(uri, "uri");
        positive(connectTimeout, "connectTimeout");
        positive(commandTimeout, "commandTimeout");
        positive(minBackoff, "minBackoff");
        if (maxBackoff.compareTo(minBackoff) < 0) {
            throw new IllegalArgumentException("maxBackoff " + maxBackoff + " is less than minBackoff " + minBackoff);
        }
    }

    private static void positive(Duration duration, String name) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(name + " is not positive: " + duration);
        }
    }

    /**
     * Returns the default options for an address.
     *
     * @param uri address of the server, of Sentinel, or of a cluster
     * @return the options
     */
    public static RedisOptions of(String uri) {
        return new RedisOptions(
                uri, null, Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofSeconds(2));
    }

    /**
     * Returns options with these trusted certificates.
     *
     * @param trust a file in PEM format, {@code null} for the authorities of the JVM
     * @return the options
     */
    public RedisOptions withTrust(@Nullable Path trust) {
        return new RedisOptions(uri, trust, connectTimeout, commandTimeout, minBackoff, maxBackoff);
    }

    /**
     * Returns options with these timeouts.
     *
     * @param connectTimeout time to open a connection
     * @param commandTimeout time for the answer to a command
     * @return the options
     */
    public RedisOptions withTimeouts(Duration connectTimeout, Duration commandTimeout) {
        return new RedisOptions(uri, trust, connectTimeout, commandTimeout, minBackoff, maxBackoff);
    }

    /**
     * Returns options with these bounds of the delay before the next attempt to connect.
     *
     * @param minBackoff least upper bound
     * @param maxBackoff greatest upper bound
     * @return the options
     */
    public RedisOptions withBackoff(Duration minBackoff, Duration maxBackoff) {
        return new RedisOptions(uri, trust, connectTimeout, commandTimeout, minBackoff, maxBackoff);
    }

    /** The address without user and password. */
    String address() {
        return USER_INFO.matcher(uri).replaceFirst("//").replaceFirst("[?].*", "");
    }

    /** Leaves out user and password. */
    @Override
    public String toString() {
        return "RedisOptions[" + address() + ", trust=" + trust + ", connectTimeout=" + connectTimeout
                + ", commandTimeout=" + commandTimeout + ", backoff=" + minBackoff + ".." + maxBackoff + "]";
    }
}
