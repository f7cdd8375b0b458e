// SPDX-License-Identifier: MIT
// Input: a script. Each step is a message of the action `_state` for the replicas of one end,
// either as a server sends it, or forged, or any bytes; or the connection ends.
//
// A view keeps what its observers were told of the rows, and Qt's own tester watches its signals.
// Expected: the view has the rows of the replica. An end that gets the messages cut into parts, as
// a server with low limits sends them, has the same result.

#include "generator.h"

#include "protocol/encodedmessage.h"
#include "state/replicas.h"
#include "state/stateparts.h"
#include "state/valuefilter.h"

#include <QRepod/protocol.h>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qloggingcategory.h>
#include <QtTest/qabstractitemmodeltester.h>

#include <array>
#include <optional>

using namespace QRepod;

namespace {

const QString shared = QStringLiteral("s");

//! The rows as observers are told of them.
class View final : public QAbstractListModel, private RowsObserver, private ReplicaObserver
{
public:
    explicit View(const std::shared_ptr<ReplicaState> &state)
        : m_state(state)
    {
        m_state->observers.add(this);
        m_state->rows.observers.add(this);
        readAll();
    }
    ~View() override
    {
        m_state->observers.remove(this);
        m_state->rows.observers.remove(this);
    }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        return role < Qt::UserRole ? QVariant()
                                   : m_rows[size_t(index.row())].value(role - Qt::UserRole);
    }

    void check() const
    {
        expect(m_rows.size() == size_t(m_state->rows.count()), "the view has as many rows");
        for (int row = 0; row < rowCount(); ++row) {
            const RowValues now = read(row);
            for (qsizetype role = 0; role < now.size(); ++role)
                expect(isSameValue(m_rows[size_t(row)].value(role), now[role]),
                       "the view has the same rows");
        }
        expect(m_isReady == (m_state->kind != ReplicaState::Kind::Unknown),
               "the view knows whether everything has come");
        expect(m_values == m_state->values.values(), "the view has the same values");
    }

private:
    RowValues read(int row) const
    {
        RowValues values;
        for (int role = 0; role < int(m_state->rows.roles().size()); ++role)
            values.append(m_state->rows.value(row, role));
        return values;
    }

    void readAll()
    {
        m_rows.clear();
        for (int row = 0; row < m_state->rows.count(); ++row)
            m_rows.push_back(read(row));
        m_values = m_state->values.values();
        m_isReady = m_state->kind != ReplicaState::Kind::Unknown;
    }

    void beginInsert(int first, int last) override
    {
        m_first = first;
        m_last = last;
        beginInsertRows({}, first, last);
    }
    void endInsert() override
    {
        for (int row = m_first; row <= m_last; ++row)
            m_rows.insert(m_rows.begin() + row, read(row));
        endInsertRows();
    }
    void beginRemove(int first, int last) override
    {
        beginRemoveRows({}, first, last);
        m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
    }
    void endRemove() override { endRemoveRows(); }
    void beginMove(int first, int last, int to) override
    {
        expect(beginMoveRows({}, first, last, {}, to), "a move that Qt allows");
        const auto at = [this](int row) { return m_rows.begin() + row; };
        if (to > last)
            std::rotate(at(first), at(last + 1), at(to));
        else
            std::rotate(at(to), at(first), at(last + 1));
    }
    void endMove() override { endMoveRows(); }
    void beginReset() override { beginResetModel(); }
    void endReset() override
    {
        readAll();
        endResetModel();
    }
    void changed(int row, const QList<int> &roles) override
    {
        const RowValues now = read(row);
        RowValues &known = m_rows[size_t(row)];
        known.resize(now.size());
        for (const int role : roles) {
            expect(!isSameValue(known[role], now[role]), "only what differs is told");
            known[role] = now[role];
        }
        Q_EMIT dataChanged(index(row), index(row));
    }

    void changed(const QStringList &names) override
    {
        const QVariantMap values = m_state->values.values();
        for (const QString &name : names) {
            if (values.contains(name))
                m_values.insert(name, values[name]);
            else
                m_values.remove(name);
        }
    }
    void readyChanged() override { m_isReady = m_state->kind != ReplicaState::Kind::Unknown; }

    const std::shared_ptr<ReplicaState> m_state;
    std::vector<RowValues> m_rows;
    QVariantMap m_values;
    bool m_isReady = false;
    int m_first = 0;
    int m_last = 0;
};

//! A client.
struct End
{
    explicit End(bool isSeen)
    {
        if (isSeen)
            look();
    }

    void look()
    {
        tester.reset();
        view = std::make_unique<View>(state);
        tester.emplace(view.get(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    }

    void lookAway()
    {
        tester.reset();
        view.reset();
    }

    Replicas replicas{[](const QString &, qint64) {}};
    std::shared_ptr<ReplicaState> state = replicas.find(shared);
    std::unique_ptr<View> view;
    std::optional<QAbstractItemModelTester> tester;
};

class Run
{
public:
    void step(Input &input)
    {
        switch (input.byte() % 10) {
        case 0:
            return honest({{StateField::full(), true}, {StateField::set(), values(input)}});
        case 1:
            return honest({{StateField::set(), values(input)}});
        case 2:
            return honest(firstRows(input));
        case 3:
        case 4:
            return honest({{StateField::changes(), changes(input)}});
        case 5:
            return honest({{StateField::end(), true}});
        case 6: // made of words that have a meaning
            return forged(Generator(input, words).message());
        case 7:
            return forged(input.take(input.byte()).toByteArray());
        case 8:
            m_whole.replicas.expire();
            m_parts.replicas.expire();
            return;
        default:
            m_whole.view ? m_whole.lookAway() : m_whole.look();
        }
    }

    void check()
    {
        for (End *const end : {&m_whole, &m_parts}) {
            end->state = end->replicas.find(shared); // without an observer it may be another
            if (end->view)
                end->view->check();
        }
        const ReplicaState &a = *m_whole.state;
        const ReplicaState &b = *m_parts.state;
        expect(a.kind == b.kind, "parts come to the same");
        if (a.kind == ReplicaState::Kind::Object)
            expect(a.values.values() == b.values.values(), "parts have the same values");
        if (a.kind != ReplicaState::Kind::Model)
            return;
        expect(a.rows.roles() == b.rows.roles(), "parts have the same roles");
        expect(a.rows.count() == b.rows.count(), "parts have as many rows");
        for (int row = 0; row < a.rows.count(); ++row) {
            for (int role = 0; role < int(a.rows.roles().size()); ++role)
                expect(isSameValue(a.rows.value(row, role), b.rows.value(row, role)),
                       "parts have the same rows");
        }
    }

private:
    inline static const QList<QByteArray> words = {
        "name",   "s",    "action", "_state",  "full", "more",   "set", "roles", "rows", "key",
        "insert", "move", "end",    "changes", "time", "remove", "a",   "b",     "c"};
    inline static const QStringList names = {QStringLiteral("a"), QStringLiteral("b"),
                                             QStringLiteral("c"), QStringLiteral("d")};

    static QVariant value(Input &input)
    {
        const quint8 choice = input.byte();
        switch (choice % 4) {
        case 0:
            return QVariant();
        case 1:
            return QString(choice / 4, u'x');
        default:
            return choice / 16;
        }
    }

    static QVariantMap values(Input &input)
    {
        QVariantMap map;
        for (int count = input.byte() % 5; count > 0; --count)
            map.insert(names[input.byte() % 4], value(input));
        return map;
    }

    static QVariantList rows(Input &input)
    {
        QVariantList rows;
        for (int count = input.byte() % 9; count > 0; --count) {
            QVariantList row;
            for (int width = input.byte() % 4; width > 0; --width)
                row.append(value(input));
            rows.append(QVariant(row));
        }
        return rows;
    }

    static QVariantMap firstRows(Input &input)
    {
        const quint8 choice = input.byte();
        QVariantMap fields = {{StateField::full(), true},
                              {StateField::roles(), names.first(choice % 5)},
                              {StateField::rows(), rows(input)}};
        if (choice & 0x40)
            fields.insert(StateField::key(), names[choice / 8 % 4]);
        return fields;
    }

    //! Returns changes, most of them about rows that exist.
    static QVariantList changes(Input &input)
    {
        QVariantList list;
        for (int count = input.byte() % 6; count > 0; --count) {
            const quint8 kind = input.byte();
            const int row = input.byte() % 12;
            const int some = input.byte() % 5;
            switch (kind % 4) {
            case 0:
                list.append(QVariant(QVariantList{QStringLiteral("insert"), row, rows(input)}));
                break;
            case 1:
                list.append(QVariant(QVariantList{QStringLiteral("remove"), row, some}));
                break;
            case 2:
                list.append(
                    QVariant(QVariantList{QStringLiteral("move"), row, some, input.byte() % 12}));
                break;
            default:
                list.append(QVariant(QVariantList{QStringLiteral("set"), row, values(input)}));
            }
        }
        return list;
    }

    //! Returns \a fields as the other end receives them.
    static QVariantMap wire(QVariantMap fields)
    {
        fields.insert(StateField::name(), shared);
        const QByteArray frame = encode(withAction(stateAction(), fields));
        return *decode(QByteArrayView(frame).sliced(4));
    }

    void honest(const QVariantMap &fields)
    {
        m_whole.replicas.take(wire(fields));
        MessageLimits limits;
        limits.values = 20; // every single row and value is within this
        const auto fits = [&](const QVariantMap &part) {
            return EncodedMessage(withAction(stateAction(), part), limits).isValid();
        };
        const StateParts parts = StateParts::of(fields, fits);
        expect(parts.isComplete, "nothing is left out");
        for (const QVariantMap &part : parts.messages)
            m_parts.replicas.take(wire(part));
    }

    //! Delivers the same message to both ends.
    void forged(const QByteArray &payload)
    {
        auto fields = decode(payload);
        if (!fields)
            return;
        if (!fields->contains(StateField::name()))
            fields->insert(StateField::name(), shared);
        m_whole.replicas.take(*fields);
        m_parts.replicas.take(*fields);
    }

    End m_whole{false};
    End m_parts{true};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    static int argc = 1;
    static std::array<char *, 2> argv = {const_cast<char *>("fuzz_state"), nullptr};
    static QCoreApplication application(argc, argv.data());
    QLoggingCategory::setFilterRules(QStringLiteral("qrepod.state=false"));

    Input input(data, size);
    Run run;
    while (!input.isEmpty()) {
        run.step(input);
        run.check();
    }
    return 0;
}
