// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/streamedlist.h"
#include "state/statemessage.h"

#include <QtCore/qlist.h>
#include <QtCore/qstringlist.h>

#include <memory>
#include <utility>
#include <vector>

namespace QRepod {

//! The values that a tick has found changed, row by row. All messages of the tick share them.
struct ChangedValues
{
    //! The values of a row are those from `begin` to `end`.
    struct Row
    {
        int row;
        size_t begin;
        size_t end;
    };

    struct Value
    {
        qsizetype role;
        QVariant value;
    };

    QStringList roles;
    std::vector<Row> rows; ///< sorted, and numbered as in the model
    std::vector<Value> values;
};

//! The field `changes` of one message: rows that come, go and move, then values that have changed
//! in other rows.
///
/// Used in the thread of the shared model. Immutable once it is in a message.
class StateChanges final : public StreamedList
{
public:
    explicit StateChanges(std::shared_ptr<const ChangedValues> values)
        : m_values(std::move(values))
    {
    }
    virtual ~StateChanges() = default;

    void append(const StateChange &step) { m_steps.append(QVariant(step.toList())); }

    //! Appends the values of \a changed, which is at \a row for the recipients of the message.
    void append(int row, const ChangedValues::Row &changed)
    {
        m_rows.push_back({row, changed.begin, changed.end});
    }

    bool isEmpty() const { return m_steps.isEmpty() && m_rows.empty(); }

    bool write(ValueEncoder &encoder) const override;
    QVariantList toList() const override;

private:
    bool writeRow(ValueEncoder &encoder, const ChangedValues::Row &row) const;

    const std::shared_ptr<const ChangedValues> m_values;
    QVariantList m_steps;
    std::vector<ChangedValues::Row> m_rows; // numbered as in the message
};

} // namespace QRepod
