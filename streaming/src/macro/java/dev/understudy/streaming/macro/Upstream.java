package dev.understudy.streaming.macro;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Vendor of the measurements, in a process of its own: answers in OpenAI's format from prepared bytes, each event in an
 * HTTP chunk and a write of its own. The first part of the path chooses the behaviour.
 */
public final class Upstream {

    /** Chunks of text in one stream. */
    static final int CHUNKS = 200;

    private static final Duration PACE = Duration.ofMillis(15);

    /** Chunks of text in one slow stream. */
    private static final int SLOW_CHUNKS = 8;

    private static final Duration SLOW = Duration.ofSeconds(1);
    private static final byte[] ANSWER =
            ("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1790000000,"
                            + "\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                            + "A sentence of the answer. ".repeat(16)
                            + "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":60,"
                            + "\"completion_tokens\":96,\"total_tokens\":156},\"system_fingerprint\":\"fp_1\"}")
                    .getBytes(StandardCharsets.UTF_8);
    private static final byte[] OVERLOADED =
            "{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TOKEN = event("{\"content\":\" word\"}", "null");
    private static final byte[] FINISH = event("{}", "\"stop\"");
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);

    private static final Pattern STREAM = Pattern.compile("\"stream\"\\s*:\\s*true");

    private static final AtomicLong REQUESTS = new AtomicLong();

    private Upstream() {}

    public static void main(String[] args) throws Exception {
        Channel server = new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 20), new Answers());
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) server.localAddress()).getPort());
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (input.readLine() != null) {
            System.out.println(REQUESTS.getAndSet(0)); // each line asks for the requests since the last one
        }
        System.exit(0);
    }

    private static byte[] event(String delta, String finish) {
        return ("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"m\","
                        + "\"system_fingerprint\":\"fp_1\",\"choices\":[{\"index\":0,\"delta\":" + delta
                        + ",\"logprobs\":null,\"finish_reason\":" + finish + "}]}\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static final class Answers extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext channel, FullHttpRequest request) {
            long number = REQUESTS.incrementAndGet();
            String behaviour = request.uri().split("/", 3)[1];
            boolean stream = STREAM.matcher(request.content().toString(StandardCharsets.UTF_8))
                    .find();
            int percent = behaviour.startsWith("fault") ? Integer.parseInt(behaviour.substring(5)) : 0;
            if (percent > 0 && number * percent / 100 != (number - 1) * percent / 100) {
                fault(channel, number);
            } else if (behaviour.equals("overloaded")) {
                whole(channel, HttpResponseStatus.SERVICE_UNAVAILABLE, OVERLOADED);
            } else if (!behaviour.equals("hang")) {
                answer(channel, stream, behaviour);
            }
        }

        /** Answers 503, closes the connection, or breaks the stream before its first word, in turn. */
        private static void fault(ChannelHandlerContext channel, long number) {
            switch ((int) (number % 3)) {
                case 0 -> whole(channel, HttpResponseStatus.SERVICE_UNAVAILABLE, OVERLOADED);
                case 1 -> channel.close();
                default -> {
                    channel.write(head("text/event-stream"));
                    channel.writeAndFlush(chunk(event("{\"role\":\"assistant\"}", "null")))
                            .addListener(ChannelFutureListener.CLOSE);
                }
            }
        }

        private static void answer(ChannelHandlerContext channel, boolean stream, String behaviour) {
            if (!stream) {
                whole(channel, HttpResponseStatus.OK, ANSWER);
                return;
            }
            channel.writeAndFlush(head("text/event-stream"));
            if (behaviour.equals("paced")) {
                next(channel, CHUNKS, PACE);
                return;
            }
            if (behaviour.equals("slow")) {
                next(channel, SLOW_CHUNKS, SLOW);
                return;
            }
            for (int i = 0; i < CHUNKS; i++) {
                channel.writeAndFlush(chunk(TOKEN));
            }
            end(channel);
        }

        private static void next(ChannelHandlerContext channel, int left, Duration pace) {
            if (!channel.channel().isActive()) {
                return;
            }
            if (left == 0) {
                end(channel);
                return;
            }
            channel.writeAndFlush(chunk(TOKEN));
            channel.executor().schedule(() -> next(channel, left - 1, pace), pace.toNanos(), TimeUnit.NANOSECONDS);
        }

        private static void end(ChannelHandlerContext channel) {
            channel.write(chunk(FINISH));
            channel.write(chunk(DONE));
            channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        }

        private static DefaultHttpContent chunk(byte[] event) {
            return new DefaultHttpContent(Unpooled.wrappedBuffer(event));
        }

        private static DefaultHttpResponse head(String type) {
            DefaultHttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            response.headers().set("content-type", type).set("transfer-encoding", "chunked");
            return response;
        }

        private static void whole(ChannelHandlerContext channel, HttpResponseStatus status, byte[] body) {
            DefaultFullHttpResponse response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
            response.headers().set("content-type", "application/json").setInt("content-length", body.length);
            channel.writeAndFlush(response);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext channel, Throwable error) {
            channel.close();
        }
    }
}
