package dev.understudy.streaming;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What becomes of one answer on its way.
 *
 * @param fault what goes wrong
 * @param place where, as a share of its bytes
 * @param escaped whether its texts are told in ASCII
 * @param style seed of the pieces it comes in, of its comments and of its line ends; 0 for the plainest
 */
record WireScript(Fault fault, double place, boolean escaped, long style) {

    enum Fault {
        NONE,
        /** The server is overloaded and says so instead. */
        DEAD,
        /** The connection ends in the middle of the body; over HTTP/2 the stream is reset. */
        FIN,
        RST,
        /** The body ends before its time, as if all were well. */
        END,
        STALL,
        /** An error is told at this byte or at the end of the event that is told there, and nothing behind it. */
        IN_BAND,
        /** The event that is told at this byte breaks off, and the next ones come. */
        MALFORMED,
        /** A character loses its last byte, or a byte comes that is no part of any, and the rest comes. */
        CUT_UTF8
    }

    static WireScript draw(Random random) {
        int draw = random.nextInt(40);
        Fault fault = draw < 14
                ? Fault.NONE
                : switch (draw) {
                    case 14 -> Fault.STALL;
                    case 15, 16 -> Fault.DEAD;
                    case 17, 18, 19, 20 -> Fault.RST;
                    case 21, 22, 23, 24 -> Fault.END;
                    case 25, 26, 27, 28 -> Fault.IN_BAND;
                    case 29, 30, 31, 32 -> Fault.MALFORMED;
                    case 33, 34, 35 -> Fault.CUT_UTF8;
                    default -> Fault.FIN;
                };
        return new WireScript(fault, random.nextDouble(), random.nextInt(3) == 0, random.nextLong());
    }

    List<WireScript> smaller() {
        List<WireScript> smaller = new ArrayList<>();
        if (fault != Fault.NONE) {
            smaller.add(new WireScript(Fault.NONE, 0, escaped, style));
        }
        if (style != 0) {
            smaller.add(new WireScript(fault, place, escaped, 0));
        }
        if (escaped) {
            smaller.add(new WireScript(fault, place, false, style));
        }
        return smaller;
    }
}
