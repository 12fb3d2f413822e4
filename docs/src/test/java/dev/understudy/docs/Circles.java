package dev.understudy.docs;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Strongly connected components of top-level classes (Tarjan's algorithm); nested classes count as their outermost class. */
final class Circles {

    private final Map<String, Set<String>> arrows = new TreeMap<>();
    private final Map<String, Integer> index = new HashMap<>();
    private final Map<String, Integer> low = new HashMap<>();
    private final Deque<String> stack = new ArrayDeque<>();
    private final List<Set<String>> components = new ArrayList<>();

    Circles(JavaClasses classes) {
        for (JavaClass type : classes) {
            String from = outermost(type);
            arrows.computeIfAbsent(from, key -> new TreeSet<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = outermost(dependency.getTargetClass());
                if (to.startsWith("dev.understudy") && !to.equals(from)) {
                    arrows.get(from).add(to);
                }
            }
        }
        for (String type : arrows.keySet()) {
            if (!index.containsKey(type)) {
                visit(type);
            }
        }
    }

    /** Returns the circles of two classes or more, each as names below dev.understudy. */
    List<Set<String>> names() {
        return components;
    }

    private void visit(String type) {
        index.put(type, index.size());
        low.put(type, index.get(type));
        stack.push(type);
        for (String next : arrows.getOrDefault(type, Set.of())) {
            if (!index.containsKey(next)) {
                visit(next);
                low.merge(type, low.get(next), Math::min);
            } else if (stack.contains(next)) {
                low.merge(type, index.get(next), Math::min);
            }
        }
        if (low.get(type).equals(index.get(type))) {
            Set<String> circle = new TreeSet<>();
            String member;
            do {
                member = stack.pop();
                circle.add(member.substring("dev.understudy.".length()));
            } while (!member.equals(type));
            if (circle.size() > 1) {
                components.add(circle);
            }
        }
    }

    private static String outermost(JavaClass type) {
        JavaClass top = type.getBaseComponentType();
        while (top.getEnclosingClass().isPresent()) {
            top = top.getEnclosingClass().get();
        }
        return top.getName();
    }
}
