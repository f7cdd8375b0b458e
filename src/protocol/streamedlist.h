// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class ValueEncoder;

//! A list in a message that encodes itself, where building a QVariantList of many small lists and
//! maps would cost more than sending it.
///
/// It is immutable, so any thread may use it. A QVariant holds it as a Pointer.
class StreamedList
{
public:
    using Pointer = std::shared_ptr<const StreamedList>;

    //! \return whether \a encoder could write the list.
    virtual bool write(ValueEncoder &encoder) const = 0;

    //! Returns the list as ordinary values, for code that looks into it.
    virtual QVariantList toList() const = 0;

    //! Returns \a fields with each such list replaced by an ordinary one.
    static QVariantMap expanded(QVariantMap fields)
    {
        for (QVariant &value : fields) {
            if (value.metaType() == QMetaType::fromType<Pointer>())
                value = value.value<Pointer>()->toList();
        }
        return fields;
    }

protected:
    StreamedList() = default;
    ~StreamedList() = default;
    Q_DISABLE_COPY_MOVE(StreamedList)
};

} // namespace QRepod
