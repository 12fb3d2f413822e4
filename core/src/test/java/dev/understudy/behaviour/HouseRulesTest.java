package dev.understudy.behaviour;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** How the house is built: arrows run one way, and what is inside stays inside. */
class HouseRulesTest {

    private static final String CHAT = "dev.understudy.chat";
    private static final String WALK = "dev.understudy";
    private static final String PROVIDER = "dev.understudy.provider";
    private static final String TESTING = "dev.understudy.testing";

    private static final String[] GROUND = {
        "java..", "org.reactivestreams..", "reactor.core..", "reactor.util..", "org.jspecify.."
    };

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(WALK);

    private static String[] ground(String... more) {
        return Stream.of(GROUND, more).flatMap(Stream::of).toArray(String[]::new);
    }

    private static void standsOn(String room, String... others) {
        classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ground(others))
                .check(HOUSE);
    }

    @Test
    void theWordsStandOnReactorAlone() {
        standsOn(CHAT, CHAT);
    }

    @Test
    void theWalkKnowsTheWordsAndNobodyElse() {
        standsOn(WALK, WALK, CHAT, "reactor.math..", "reactor.bool..", "reactor.function..");
    }

    @Test
    void theVendorsKnowTheWordsAndTheWireAndNotTheWalk() {
        standsOn(PROVIDER, PROVIDER, CHAT, "io.netty..", "reactor.netty..", "tools.jackson..", "javax.net.ssl..");
    }

    @Test
    void theStageKnowsTheWordsAndTheWireOnly() {
        standsOn(TESTING, TESTING, CHAT, "io.netty..", "reactor.netty..", "tools.jackson..");
    }

    @Test
    void noTwoRoomsNeedEachOther() {
        SlicesRuleDefinition.slices()
                .matching("dev.understudy.(*)..")
                .should()
                .beFreeOfCycles()
                .check(HOUSE);
    }

    @Test
    void noTypeOfJacksonOrNettyStandsInAPublicSignature() {
        members()
                .that()
                .areDeclaredInClassesThat(arePublicAllTheWay())
                .and(arePublicOrProtected())
                .should(showNoneOf("tools.jackson.", "com.fasterxml.", "io.netty.", "reactor.netty."))
                .check(HOUSE);
    }

    @Test
    void noClassIsNamedAfterNothing() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveNameMatching(".*Utils?")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .check(HOUSE);
        noClasses()
                .should()
                .resideInAnyPackage("..internal..", "..impl..", "..util..", "..common..")
                .check(HOUSE);
    }

    @Test
    void timeAndChanceComeFromOutside() {
        noClasses()
                .should(callMethod(System.class, "currentTimeMillis"))
                .orShould(callMethod(java.time.Instant.class, "now"))
                .orShould(callMethod(java.time.LocalDateTime.class, "now"))
                .orShould(callMethod(Math.class, "random"))
                .orShould(callMethod(java.util.UUID.class, "randomUUID")) // reads a device, which blocks
                .check(HOUSE);
        noClasses()
                .that()
                .resideOutsideOfPackage(TESTING)
                .should(callMethod(System.class, "nanoTime"))
                .check(HOUSE);
    }

    @Test
    void nobodySleepsOrBlocks() {
        noClasses()
                .should(callMethod(Thread.class, "sleep", long.class))
                .orShould()
                .callMethodWhere(named(
                        Publisher.class,
                        Set.of("block", "blockOptional", "blockFirst", "blockLast", "toIterable", "toStream")))
                .orShould()
                .callMethodWhere(named(java.util.concurrent.Future.class, Set.of("get", "join")))
                .check(HOUSE);
    }

    /** Operators pass their subscriber on; what works in the background is nobody's subscriber and ends with the door. */
    @Test
    void onlyOperatorsAndBackgroundWorkSubscribe() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.understudy.pool.HealthProber")
                .and()
                .doNotHaveFullyQualifiedName("dev.understudy.pool.StateSubscriber")
                .should()
                .callMethodWhere(named(Publisher.class, Set.of("subscribe")).and(outsideOfSubscribe()))
                .check(HOUSE);
    }

    @Test
    void noHookIsSetForTheWholeJvm() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("reactor.core.publisher.Hooks")
                .check(HOUSE);
    }

    private static DescribedPredicate<JavaMethodCall> named(Class<?> owner, Set<String> names) {
        return DescribedPredicate.describe(
                owner.getSimpleName() + "." + names,
                call -> names.contains(call.getTarget().getName())
                        && call.getTarget().getOwner().isAssignableTo(owner));
    }

    private static DescribedPredicate<JavaAccess<?>> outsideOfSubscribe() {
        return DescribedPredicate.describe(
                "outside of subscribe(…)", call -> !call.getOrigin().getName().equals("subscribe"));
    }

    private static DescribedPredicate<JavaClass> arePublicAllTheWay() {
        return DescribedPredicate.describe("are public all the way", type -> {
            for (JavaClass each = type;
                    each != null;
                    each = each.getEnclosingClass().orElse(null)) {
                if (!each.getModifiers().contains(JavaModifier.PUBLIC)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static DescribedPredicate<JavaMember> arePublicOrProtected() {
        return DescribedPredicate.describe(
                "are public or protected",
                member -> member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED));
    }

    private static ArchCondition<JavaMember> showNoneOf(String... packages) {
        return new ArchCondition<>("show none of " + List.of(packages)) {
            @Override
            public void check(JavaMember member, ConditionEvents events) {
                Set<String> shown = types(member)
                        .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                        .map(JavaClass::getName)
                        .filter(name -> Stream.of(packages).anyMatch(name::startsWith))
                        .collect(Collectors.toSet());
                if (!shown.isEmpty()) {
                    events.add(SimpleConditionEvent.violated(member, member.getFullName() + " shows " + shown));
                }
            }
        };
    }

    private static Stream<JavaType> types(JavaMember member) {
        if (member instanceof JavaField field) {
            return Stream.of(field.getType());
        }
        JavaCodeUnit unit = (JavaCodeUnit) member;
        return Stream.of(
                        Stream.of(unit.getReturnType()),
                        unit.getParameterTypes().stream(),
                        unit.getThrowsClause().getTypes().stream())
                .flatMap(each -> each);
    }
}
