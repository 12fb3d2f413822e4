package dev.understudy.safeguard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.Arrays;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import reactor.test.StepVerifier;

/**
 * Lets {@link StepVerifier} wait for a signal in steps of a millisecond. It waits in steps of ten nanoseconds, which keeps
 * one core busy for as long as a test waits for a socket or a timer; that was half of the processor time of the tests on
 * sockets.
 *
 * <p>Defines the class that waits, with the other constant, before anything loads it. Where that class is loaded already
 * or has no such constant, everything stays as it is.
 */
public final class StepVerifierPause implements LauncherSessionListener {

    private static final String WAITING_CLASS = "DefaultStepVerifierBuilder$DefaultVerifySubscriber.class";
    private static final long STEP = 10;
    private static final long PAUSE = Duration.ofMillis(1).toNanos();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        install();
    }

    /** Returns whether the class that waits was defined with the longer step. */
    static boolean install() {
        try (InputStream original = StepVerifier.class.getResourceAsStream(WAITING_CLASS)) {
            byte[] before = original == null ? new byte[0] : original.readAllBytes();
            byte[] after = withConstant(before, STEP, PAUSE);
            if (Arrays.equals(before, after)) {
                return false;
            }
            MethodHandles.privateLookupIn(StepVerifier.class, MethodHandles.lookup())
                    .defineClass(after);
            return true;
        } catch (IOException | IllegalAccessException | LinkageError e) {
            return false;
        }
    }

    /** Copy of a class file in which each long constant of one value has another value. */
    static byte[] withConstant(byte[] classFile, long value, long replacement) throws IOException {
        ByteArrayOutputStream copy = new ByteArrayOutputStream(classFile.length);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
        DataOutputStream out = new DataOutputStream(copy);
        out.write(in.readNBytes(8));
        int constants = classFile.length == 0 ? 0 : in.readUnsignedShort();
        if (constants > 0) {
            out.writeShort(constants);
        }
        for (int i = 1; i < constants; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            if (tag == 5) {
                long constant = in.readLong();
                out.writeLong(constant == value ? replacement : constant);
            } else if (tag == 1) {
                out.writeUTF(in.readUTF());
            } else {
                out.write(in.readNBytes(lengthOf(tag)));
            }
            if (tag == 5 || tag == 6) {
                i++; // Constants of eight bytes take two places.
            }
        }
        out.write(in.readAllBytes());
        return copy.toByteArray();
    }

    /** Bytes of a constant behind its tag (The Java Virtual Machine Specification, 4.4). */
    private static int lengthOf(int tag) {
        return switch (tag) {
            case 7, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            case 3, 4, 9, 10, 11, 12, 17, 18 -> 4;
            case 6 -> 8;
            default -> throw new IllegalArgumentException("constant of unknown tag " + tag);
        };
    }
}
