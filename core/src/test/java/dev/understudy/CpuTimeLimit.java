package dev.understudy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Method;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** Limits the processor time of each test: unlike the clock it hardly depends on what else the machine does. */
public final class CpuTimeLimit implements InvocationInterceptor {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Duration limit;

    /**
     * @param limit processor time that the thread of a test may take
     */
    public CpuTimeLimit(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        long before = THREADS.getCurrentThreadCpuTime();
        invocation.proceed();
        Duration taken = Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - before);
        if (taken.compareTo(limit) > 0) {
            throw new AssertionError(
                    method.getExecutable().getName() + " took " + taken + " of processor time, more than " + limit);
        }
    }
}
