package dev.understudy;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/** Adds the random seed of a test class to each of its failures, as the option that repeats the run. */
public final class SeedInFailure implements TestExecutionExceptionHandler {

    private final String option;

    /** @param property system property from which the test class reads its seed */
    public SeedInFailure(String property, long seed) {
        this.option = "-D" + property + "=" + seed;
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        if (failure instanceof TestAbortedException) {
            throw failure;
        }
        throw new AssertionError("Fails again with " + option + ": " + failure.getMessage(), failure);
    }
}
