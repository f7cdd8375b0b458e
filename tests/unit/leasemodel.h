// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/leases.h"
#include "support/literals.h"

#include <QtCore/QSet>
#include <QtCore/QStringList>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

//! Two nodes that want the same room, an engine, and everything that may happen to them, one step
//! at a time, on a clock of the model. The leases are the library's.
///
/// The engine may lose all its keys while the connections stay (Flush), restart without them
/// (Forget), or restart with the keys of a moment ago (Revert). A node may be cut off, stop and go
/// on, leave and join again, or be started in place of one that was killed (Replace).
class LeaseModel
{
public:
    enum Action {
        Tick,
        Lease,
        Flush,
        Forget,
        Revert,
        Open,
        Renew,
        Process,
        Deliver,
        Talk,
        Cut,
        Stop,
        Resume,
        Rejoin,
        Replace
    };
    static constexpr int common = Open; // common actions come first, then those of each node
    static constexpr int each = Replace + 1 - common;
    static constexpr int actions = common + 2 * each;

    LeaseModel()
    {
        for (size_t i = 0; i < nodes.size(); ++i)
            replace(nodes[i], i == 0 ? "first" : "second");
    }

    static std::unique_ptr<LeaseModel> after(const std::vector<int> &path)
    {
        auto model = std::make_unique<LeaseModel>();
        for (const int action : path)
            model->act(action);
        return model;
    }

    //! Performs the action of this number. \return false if it is impossible now.
    bool act(int number)
    {
        if (number >= common) {
            const size_t node = size_t(number - common) / each;
            return act(Action(common + (number - common) % each), nodes[node]);
        }
        switch (number) {
        case Flush:
            return flush();
        case Forget:
        case Revert:
            return restart(number == Revert);
        default:
            return tick(number == Tick ? 1 : 5);
        }
    }

    int owners() const
    {
        return int(std::count_if(nodes.begin(), nodes.end(), [](const auto &node) {
            return node->isRunning && node->hasRoom;
        }));
    }

    //! Returns everything that the future depends on, relative to now.
    QByteArray state() const
    {
        QByteArray state = textOf(room) + '/' + textOf(before);
        for (const auto &node : nodes)
            state += '|' + textOf(*node);
        return state;
    }

    //! Returns paths to states from which it is worth exploring.
    static std::vector<std::vector<int>> beginnings()
    {
        static constexpr int other = each; // the second node's
        const auto behind = [](std::vector<int> path, const std::vector<int> &more) {
            path.insert(path.end(), more.begin(), more.end());
            return path;
        };
        const std::vector<int> settled{Talk, Talk + other, Tick, Talk, Lease, Talk};
        const std::vector<int> owned = behind(settled, {Open, Talk});
        const std::vector<int> late = behind(settled, {Open, Process, Tick, Tick}); // late answer
        const std::vector<int> asking = behind(owned, {Tick, Tick, Tick, Renew});
        const std::vector<int> marked =
            behind(owned, {Forget, Replace + other, Talk + other, Tick, Talk + other});
        // The owner renews its lease, and another node waits.
        const std::vector<int> renewed = behind(marked, {Talk, Tick, Tick, Renew, Talk, Tick});
        const std::vector<int> taken{Tick, Open + other, Talk + other, Flush};
        return {{},
                settled,
                owned,
                late,
                marked,
                behind(owned, {Forget, Talk + other, Cut + other, Talk + other}),
                behind(asking, {Stop}),
                behind(behind(asking, {Stop, Tick}), taken),
                behind(behind(asking, {Tick, Open}), taken),
                behind(renewed, {Flush, Tick, Tick}),
                behind(renewed, {Forget, Tick, Tick}),
                behind(renewed, {Revert, Tick, Tick})};
    }

    //! Prints the path to a state, to find out how it was reached.
    static QString textOf(const std::vector<int> &path)
    {
        static constexpr const char *names[] = {"tick", "lease", "flush",   "forget",  "revert",
                                                "open", "renew", "process", "deliver", "talk",
                                                "cut",  "stop",  "resume",  "rejoin",  "replace"};
        QStringList words;
        for (const int number : path) {
            const int own = number < common ? number : common + (number - common) % each;
            words << QLatin1String(names[own]);
            if (number >= common)
                words.back() += QString::number((number - common) / each);
        }
        return words.join(u' ');
    }

private:
    using Answer = QRepod::Engine::Answer;
    using Receiver = QRepod::Engine::Receiver;

    static constexpr qint64 unit = 10; // milliseconds; a fifth of a lease
    static constexpr qint64 lease = 5 * unit;

    //! The key that says who has the room, as the engine stores it.
    struct Key
    {
        QByteArray holder;
        qint64 expiry = 0;
    };

    struct Question
    {
        enum Kind { Put, Claim, Remove };

        Kind kind;
        qint64 asked;
        QByteArray key;
        QByteArray value;
        QByteArray guard;
        Receiver receiver;

        bool isForRoom() const { return key == "game:owner:arena"; }
        bool isForGuard() const { return key.startsWith("game:settled:"); }
        bool isGuardCheck() const { return isForGuard() && guard == key; }
    };

    struct Node : QRepod::Engine
    {
        Node(LeaseModel &newModel, const QByteArray &newName)
            : name(newName)
            , model(newModel)
            , leases({[this](const QString &) { return hasRoom = true; },
                      [this](const QString &) { hasRoom = false; }},
                     [&newModel] { return newModel.now; })
        {
        }

        void open(int) override { }
        QByteArray runId() const override { return QByteArray::number(engineRun); }
        void subscribe(const QByteArray &) override { }
        void unsubscribe(const QByteArray &) override { }
        bool publish(const QByteArray &, const QByteArray &) override { return true; }
        void get(const QByteArray &, Receiver) override { }
        void put(const QByteArray &key, const QByteArray &value, int, Receiver receiver) override
        {
            questions.push_back({Question::Put, model.now, key, value, {}, std::move(receiver)});
        }
        void claim(const QByteArray &key, const QByteArray &holder, int, const QByteArray &guard,
                   Receiver receiver) override
        {
            questions.push_back(
                {Question::Claim, model.now, key, holder, guard, std::move(receiver)});
        }
        void remove(const QByteArray &key, const QByteArray &value) override
        {
            questions.push_back({Question::Remove, model.now, key, value, {}, {}});
        }

        const QByteArray name; // unique for each process
        LeaseModel &model;
        bool isRunning = true;
        bool hasRoom = false;
        bool mustReconnect = false;
        int engineRun = 0;
        QFuture<QString> opening;
        std::deque<Question> questions;                  // in transit to the engine
        std::deque<std::pair<Question, Answer>> answers; // in transit to the node

        // What the node knows of the engine's keys, from the answers it got.
        bool isRecovering = false;
        QByteArray mark;
        int markRun = 0;
        qint64 marked = 0;

        QRepod::Leases leases;
    };

    //! A node that is not stopped checks the clock at least that often.
    bool tick(int times)
    {
        for (int i = 0; i < times; ++i) {
            now += unit;
            for (const auto &node : nodes) {
                if (node->isRunning)
                    node->leases.check();
            }
        }
        return true;
    }

    bool flush()
    {
        if (room.holder.isEmpty() && keys.isEmpty())
            return false;
        keepRoom({});
        keys.clear();
        return true;
    }

    bool restart(bool hasSnapshot)
    {
        ++run;
        keepRoom(hasSnapshot ? before : Key());
        if (!hasSnapshot)
            keys.clear();
        for (const auto &node : nodes) {
            node->mustReconnect = true;
            if (node->isRunning)
                reconnect(*node);
        }
        return true;
    }

    void keepRoom(const Key &key) { before = std::exchange(room, key); }

    //! Everything in transit is lost, in both directions, and the node is told so.
    static void reconnect(Node &node)
    {
        node.mustReconnect = false;
        node.engineRun = node.model.run;
        std::vector<Question> lost;
        for (auto &[question, answer] : std::exchange(node.answers, {}))
            lost.push_back(std::move(question));
        for (Question &question : std::exchange(node.questions, {}))
            lost.push_back(std::move(question));
        for (const Question &question : lost)
            tell(node, question, {});
        node.leases.resume();
    }

    void replace(std::unique_ptr<Node> &node, const QByteArray &name)
    {
        node = std::make_unique<Node>(*this, name);
        join(*node);
    }

    static void join(Node &node)
    {
        node.engineRun = node.model.run;
        node.mustReconnect = false;
        node.leases.start(&node, "game", QString::fromLatin1(node.name), u"a:1"_s, int(lease));
        node.leases.resume();
    }

    bool act(Action action, std::unique_ptr<Node> &node)
    {
        if (action == Process)
            return process(*node);
        if (action == Replace) {
            replace(node, node->name + '\'');
            return true;
        }
        if (action == Resume)
            return resume(*node);
        return node->isRunning && act(action, *node);
    }

    bool act(Action action, Node &node)
    {
        switch (action) {
        case Open:
            if (!node.opening.isFinished() || node.questions.size() > 1)
                return false;
            node.opening = node.leases.open(u"arena"_s);
            return true;
        case Renew:
            if ((!node.hasRoom && node.opening.isFinished()) || node.questions.size() > 1)
                return false;
            node.leases.renew();
            return true;
        case Deliver:
            return deliver(node);
        case Talk:
            return talk(node);
        case Cut:
            reconnect(node);
            return true;
        case Rejoin:
            rejoin(node);
            return true;
        default:
            node.isRunning = false;
            return true;
        }
    }

    //! The engine processes the node's next command.
    bool process(Node &node)
    {
        if (node.questions.empty() || node.mustReconnect)
            return false;
        Question question = std::move(node.questions.front());
        node.questions.pop_front();
        if (now >= room.expiry)
            room = {};
        const Answer answer{true, question.isForRoom() ? decideRoom(question) : decide(question)};
        if (question.receiver)
            node.answers.emplace_back(std::move(question), answer);
        return true;
    }

    QByteArray decideRoom(const Question &question)
    {
        if (!room.holder.isEmpty() && room.holder != question.value)
            return room.holder;
        if (question.kind == Question::Remove)
            keepRoom({});
        else if (!question.guard.isEmpty() && !keys.contains(question.guard))
            return {};
        else
            keepRoom({question.value, now + lease});
        return question.value;
    }

    QByteArray decide(const Question &question)
    {
        if (question.kind == Question::Remove)
            keys.remove(question.key);
        else if (!question.guard.isEmpty() && !keys.contains(question.guard))
            return {};
        else
            keys.insert(question.key);
        return question.value;
    }

    static bool deliver(Node &node)
    {
        if (node.answers.empty())
            return false;
        const auto [question, answer] = std::move(node.answers.front());
        node.answers.pop_front();
        tell(node, question, answer);
        return true;
    }

    //! Everything in transit, and its consequences, takes no time.
    bool talk(Node &node)
    {
        bool hasTalked = false;
        while (process(node) || deliver(node))
            hasTalked = true;
        return hasTalked;
    }

    static void tell(Node &node, const Question &question, const Answer &answer)
    {
        if (!question.receiver)
            return;
        const bool isMissing = answer.hasArrived && answer.value.isNull();
        if (question.isForRoom() || question.isGuardCheck()) {
            node.isRecovering |= isMissing;
        } else if (question.kind == Question::Put) {
            node.mark = answer.hasArrived ? question.key : QByteArray();
            node.marked = node.model.now;
            node.markRun = node.engineRun;
        } else if (answer.hasArrived) {
            node.mark.clear();
            node.isRecovering = isMissing;
        }
        question.receiver(answer);
    }

    //! What the node gives back does not reach the engine.
    static void rejoin(Node &node)
    {
        node.leases.stop();
        node.questions.clear();
        node.answers.clear();
        node.isRecovering = false;
        node.mark.clear();
        join(node);
    }

    //! It gets what has come meanwhile, but checks whether it is late before the game's code runs.
    static bool resume(Node &node)
    {
        if (node.isRunning)
            return false;
        while (deliver(node)) { }
        if (node.leases.isOverdue())
            node.leases.check();
        node.isRunning = true;
        if (node.mustReconnect)
            reconnect(node);
        return true;
    }

    QByteArray textOf(const Key &key) const
    {
        if (now >= key.expiry)
            return {};
        const auto holder = std::find_if(nodes.begin(), nodes.end(), [&](const auto &node) {
            return key.holder == node->name + " a:1";
        });
        return QByteArray::number(holder - nodes.begin()) + '.'
            + QByteArray::number(key.expiry - now);
    }

    QByteArray textOf(const Node &node) const
    {
        const auto isThere = [&](const QByteArray &key) { return keys.contains(key) ? '+' : '-'; };
        QByteArray text;
        text += isThere("game:settled:" + node.runId());
        text += char('a' + node.isRunning + 2 * node.hasRoom + 4 * node.mustReconnect
                     + 8 * node.isRecovering + 16 * !node.opening.isFinished());
        text += QByteArray::number(node.leases.remaining(u"arena"_s));
        if (!node.mark.isEmpty()) {
            text += isThere(node.mark);
            text += node.markRun == run ? ' ' : '~';
            text += QByteArray::number(std::min(lease, now - node.marked));
        }
        for (const Question &question : node.questions)
            (text += textOf(question)) += isThere(question.guard);
        for (const auto &[question, answer] : node.answers) {
            text += '=' + textOf(question);
            text += answer.value.isNull() ? '0' : answer.value == question.value ? '1' : '2';
        }
        return text;
    }

    QByteArray textOf(const Question &question) const
    {
        QByteArray text = question.isForRoom() ? "r" : question.isForGuard() ? "g" : "m";
        text += char('0' + question.kind);
        if (question.isForRoom())
            text += QByteArray::number(std::min(lease, now - question.asked));
        text += question.guard.isEmpty() ? '?' : question.isGuardCheck() ? 'l' : '!';
        return text;
    }

    qint64 now = 0;
    int run = 0;
    Key room;
    Key before;            // the last change of it
    QSet<QByteArray> keys; // all others
    std::array<std::unique_ptr<Node>, 2> nodes;
};
