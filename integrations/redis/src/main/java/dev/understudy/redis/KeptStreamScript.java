package dev.understudy.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.codec.Base16;
import java.nio.charset.StandardCharsets;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Scripts of kept streams, each of which is atomic. The first key is a hash with the state of a stream, the second one the
 * log of its entries; both have the id as their hash tag. Times are those of the server, in milliseconds.
 *
 * <p>Fields of the hash: {@code request}, {@code fence}, {@code takeovers} (acquisitions of a lease that was not released), {@code length} and {@code first} (positions of the last and of the
 * first entry), {@code bytes}, {@code leased} and {@code attended} (ends of the lease, 0 if it was released, and of the presence of readers) and
 * {@code ended}.
 */
enum KeptStreamScript {
    /** Arguments: request, lease, grace, retention, limit of bytes. Returns 1; 0 if the stream exists, 2 without room. */
    CREATE("""
            if #ARGV[1] >= tonumber(ARGV[5]) then return {'2'} end
            if redis.call('EXISTS', KEYS[1]) == 1 then return {'0'} end
            redis.call('HSET', KEYS[1], 'request', ARGV[1], 'fence', 1, 'takeovers', 0, 'length', 0, 'first', 1, 'bytes', #ARGV[1],
                'leased', now() + ARGV[2], 'attended', now() + ARGV[3], 'ended', 0)
            redis.call('PEXPIRE', KEYS[1], ARGV[4])
            return {'1'}
            """),
    /** Arguments: fence, first position, last, limits of entries and bytes, retention, channel, entries. Returns 0 or 1. */
    APPEND("""
            local is = redis.call('HMGET', KEYS[1], 'fence', 'ended', 'length', 'first', 'bytes')
            if is[1] ~= ARGV[1] or is[2] ~= '0' then return {'0'} end
            local length, first, bytes = tonumber(is[3]), tonumber(is[4]), tonumber(is[5])
            local known = ARGV[2] == '0' and 0 or length - ARGV[2] + 1
            if known < 0 then return {'0'} end
            for i = 8 + known, #ARGV do
                length = length + 1
                bytes = bytes + #ARGV[i]
                redis.call('XADD', KEYS[2], length .. '-0', 'e', ARGV[i])
            end
            local before = first
            while first < length and (length - first + 1 > tonumber(ARGV[4]) or bytes > tonumber(ARGV[5])) do
                local oldest = redis.call('XRANGE', KEYS[2], first .. '-0', first .. '-0')
                bytes = bytes - #oldest[1][2][2]
                first = first + 1
            end
            if first > before then redis.call('XTRIM', KEYS[2], 'MAXLEN', length - first + 1) end
            redis.call('HSET', KEYS[1], 'length', length, 'first', first, 'bytes', bytes, 'ended', ARGV[3])
            redis.call('PEXPIRE', KEYS[1], ARGV[6])
            redis.call('PEXPIRE', KEYS[2], ARGV[6])
            redis.call('PUBLISH', ARGV[7], length)
            return {'1'}
            """),
    /** Arguments: fence, lease, retention. Returns 0 if the lease is lost, 2 without a reader, else 1. */
    RENEW("""
            local is = redis.call('HMGET', KEYS[1], 'fence', 'ended', 'attended')
            if is[1] ~= ARGV[1] or is[2] ~= '0' then return {'0'} end
            redis.call('HSET', KEYS[1], 'leased', ARGV[2] == '0' and 0 or now() + ARGV[2])
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
            redis.call('PEXPIRE', KEYS[2], ARGV[3])
            return {tonumber(is[3]) < now() and '2' or '1'}
            """),
    /** Arguments: lease, force, retention. Returns fence, takeovers and request, or nothing. */
    ACQUIRE("""
            local is = redis.call('HMGET', KEYS[1], 'fence', 'ended', 'leased', 'request', 'takeovers')
            if is[2] ~= '0' or (ARGV[2] == '0' and tonumber(is[3]) > now()) then return {} end
            local fence = is[1] + 1
            local takeovers = is[5] + (is[3] == '0' and 0 or 1)
            redis.call('HSET', KEYS[1], 'fence', fence, 'takeovers', takeovers, 'leased', now() + ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
            redis.call('PEXPIRE', KEYS[2], ARGV[3])
            return {tostring(fence), tostring(takeovers), is[4]}
            """),
    /** Argument: grace. Returns the state. */
    ATTEND("""
            local is = redis.call('HMGET', KEYS[1], 'ended', 'leased', 'attended')
            if not is[1] then return {'unknown'} end
            if now() + ARGV[1] > tonumber(is[3]) then redis.call('HSET', KEYS[1], 'attended', now() + ARGV[1]) end
            return {state(is[1], is[2])}
            """),
    /** Arguments: position, limit of entries. Returns first position, state, entries. */
    READ("""
            local is = redis.call('HMGET', KEYS[1], 'ended', 'leased', 'length', 'first')
            if not is[1] then return {'0', 'unknown'} end
            local after = tonumber(ARGV[1])
            if after > tonumber(is[3]) then return {tostring(after + 1), 'unknown'} end
            local first = math.max(after + 1, tonumber(is[4]))
            local page = {string.format('%.0f', first), state(is[1], is[2])}
            for _, entry in ipairs(redis.call('XRANGE', KEYS[2], string.format('%.0f-0', first), '+', 'COUNT', ARGV[2])) do
                page[#page + 1] = entry[2][2]
            end
            return page
            """);

    private static final String FUNCTIONS = """
            local function now()
                local time = redis.call('TIME')
                return time[1] * 1000 + math.floor(time[2] / 1000)
            end
            local function state(ended, leased)
                if ended ~= '0' then return 'ended' end
                return tonumber(leased) > now() and 'generating' or 'abandoned'
            end
            """;

    private final String text;
    private final String digest;

    KeptStreamScript(String body) {
        this.text = FUNCTIONS + body;
        this.digest = Base16.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Runs the script; the server keeps it from the first run on. */
    Mono<List<String>> run(RedisConnections connections, List<String> keys, List<String> arguments) {
        String[] names = keys.toArray(String[]::new);
        String[] values = arguments.toArray(String[]::new);
        return connections.call(
                commands -> collected(commands.<Object>evalsha(digest, ScriptOutputType.MULTI, names, values)
                        .onErrorResume(
                                RedisNoScriptException.class,
                                missing -> commands.eval(text, ScriptOutputType.MULTI, names, values))));
    }

    /** Values of a result, which Lettuce emits as a list or one by one. */
    private static Mono<List<String>> collected(Flux<Object> result) {
        return result.concatMapIterable(one -> one instanceof List<?> list ? list : List.of(one))
                .map(String::valueOf)
                .collectList();
    }
}
